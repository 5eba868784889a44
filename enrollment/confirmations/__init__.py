"""确认无误 or 信息有误: a student's answer to a record, and its receipt."""
