"""Files that stop, fool or outrun the imports of a school."""
