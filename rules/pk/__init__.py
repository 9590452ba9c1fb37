"""CAR-T cells in blood: samples as read, held to the record, and the exposure they give."""
