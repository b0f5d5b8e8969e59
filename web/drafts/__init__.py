"""What somebody typed and has not said yet: kept by itself, gone on with later, discarded."""
