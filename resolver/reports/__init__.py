"""Reports (SPEC §6): what entries hold (``contents``), how a log grows (``log``), how a report lives (``life``)."""
