// The coordinator's numbers under their names for Prometheus (docs/metrics.md).
#pragma once

#include "common/metrics/families.h"
#include "coordinator/job/numbers.h"
#include "coordinator/metrics/loop_scraper.h"

namespace paceline {

void AddJobFamilies(const CoordinatorNumbers& numbers, Families& families);
void AddAnswerFamilies(const CoordinatorNumbers& numbers, Families& families);
void AddWorkerFamilies(const CoordinatorNumbers& numbers, Families& families);
void AddEvaluationFamilies(const EvaluationCounts& evaluations, Families& families);

// All of these, and of the scrape itself.
void AddLoopFamilies(const LoopScraper::Scrape& scrape, Families& families);

}  // namespace paceline
