"""What an airline's customers want, operation by operation, in their words and with the writes that fulfil it."""
