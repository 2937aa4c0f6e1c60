// The pages of the HTTP API (docs/dashboard.md), each in the file that its comment names.
#pragma once

#include "coordinator/http/visit.h"

namespace paceline {

// session_pages.cc
HttpReply SessionPage(const Visit& visit);
HttpReply LoginPage(const Visit& visit);
HttpReply LogoutPage(const Visit& visit);
// cluster_pages.cc
HttpReply MetricsPage(const Visit& visit);
HttpReply ClusterPage(const Visit& visit);
HttpReply WorkersPage(const Visit& visit);
HttpReply EventsPage(const Visit& visit);
// job_pages.cc
HttpReply JobsPage(const Visit& visit);
HttpReply JobPage(const Visit& visit);
HttpReply HeldOutPage(const Visit& visit);
HttpReply JobEventsPage(const Visit& visit);
// series_pages.cc
HttpReply SeriesPage(const Visit& visit);
HttpReply StalenessPage(const Visit& visit);
// config_pages.cc
HttpReply ConfigPage(const Visit& visit);
HttpReply DiffPage(const Visit& visit);
HttpReply CheckPage(const Visit& visit);
HttpReply SubmitPage(const Visit& visit);
// action_pages.cc
HttpReply PausePage(const Visit& visit);
HttpReply ResumePage(const Visit& visit);
HttpReply CancelPage(const Visit& visit);
HttpReply DeletePage(const Visit& visit);
HttpReply PriorityPage(const Visit& visit);
// evaluation_pages.cc
HttpReply EvaluationsPage(const Visit& visit);
HttpReply EvaluationPage(const Visit& visit);
HttpReply ReportPage(const Visit& visit);

}  // namespace paceline
