"""The year's review: one pack for the promotion council (推進会議), as a page, as PDF and as a workbook."""
