"""What the suite is made of: rendering, reading the questionnaire, running commands."""
