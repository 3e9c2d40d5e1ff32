"""What follows by itself from what happened or from time: events and clocks -> commands. One file each."""
