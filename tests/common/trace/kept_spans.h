// Spans that have ended, kept in memory.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "common/trace/span.h"

namespace paceline {

class KeptSpans : public SpanSink {
 public:
  void Take(SpanData span) override {
    std::lock_guard lock(mutex_);
    spans_.push_back(std::move(span));
  }
  // In the order of their ends.
  std::vector<SpanData> spans() {
    std::lock_guard lock(mutex_);
    return spans_;
  }

 private:
  std::mutex mutex_;
  std::vector<SpanData> spans_;  // guarded by mutex_
};

}  // namespace paceline
