"""Pro-bono seasons: dates, organisations with projects, professionals, and their teams as one cohort."""
