"""确认无误 or 信息有误: the answer of a student to a record, and its receipt."""
