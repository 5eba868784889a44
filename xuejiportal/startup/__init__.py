"""What a process does at its start: refuse an unfit deployment, read files ahead."""
