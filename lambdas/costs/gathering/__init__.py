"""What advice is made from, asked of AWS: each module one kind of fact."""
