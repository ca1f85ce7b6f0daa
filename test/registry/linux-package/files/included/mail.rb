gitlab_rails['smtp_enable'] = true
