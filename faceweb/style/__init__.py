"""Style transfer of pictures, sounds, clips and blocks."""
