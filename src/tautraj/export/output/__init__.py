"""A dataset on the disk and on the Hub: its rows checked, its files, card and statistics."""
