"""Training a network with the triplet loss: from chips with names to weights."""
