"""The people the door knows: their pictures, names, consent and visits, and the staff who look after them."""
