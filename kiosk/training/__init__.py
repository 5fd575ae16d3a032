"""Train an encoder with the triplet loss. Needs the extra [training]."""
