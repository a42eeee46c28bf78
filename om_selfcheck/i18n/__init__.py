"""Words, dates and numbers for the reader. The domain speaks codes; only from here on there is German or English."""
