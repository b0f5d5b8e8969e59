"""Running the installation: health, board, audit, backup, restore, doctor."""
