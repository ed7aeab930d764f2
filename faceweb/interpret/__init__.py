"""What a network sees: feature maps, top-k patches, attribution, activation maximisation."""
