"""The words of an airline's customers, clause by clause: voice -> sentences with slots."""
