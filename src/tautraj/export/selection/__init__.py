"""Which recorded episodes become rows: scanned, filtered, grouped."""
