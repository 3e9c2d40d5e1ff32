"""The pages people work with: Chinese first, English second; usable without scripts, by keyboard, and on paper."""
