"""What a network sees: feature maps, patches, gradients, occlusion, Gram matrices."""
