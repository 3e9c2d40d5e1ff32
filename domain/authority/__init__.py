"""Posts 岗位 and what they may do. Grants, ceilings and denials join them here."""
