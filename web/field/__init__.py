"""Out in the field: what waits with visits, consultations, meetings, referrals and petitions, on one page."""
