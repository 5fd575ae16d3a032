"""What threshold a door needs: from its own gallery, from what is known of the encoder, and by how visits go."""
