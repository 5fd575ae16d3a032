"""How often recognition errs, counted from distances: rates, their intervals, and the field's protocols."""
