// Spans on their way to a file: lines of OtlpLine, some spans each, written by a thread of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/descriptor.h"
#include "common/trace/otlp_json.h"

namespace paceline {

// Thread-safe. Every line is whole in the file once it is written: a program that is killed leaves
// what was written until a second before. What cannot be written is dropped, counted and told to
// the log.
class SpanFile : public SpanSink {
 public:
  struct Options {
    std::string path;
    TraceResource resource;
    // A file that would grow beyond it goes on as PATH.1, in place of an older one.
    uint64_t max_bytes = uint64_t{64} << 20;
    // Spans that wait to be written; more of them are dropped.
    size_t max_waiting = 16384;
  };

  // Adds to a file that is there. The error says why it cannot be written.
  static absl::StatusOr<std::unique_ptr<SpanFile>> Open(Options options);
  // Writes what waits.
  ~SpanFile() override;

  void Take(SpanData span) override;
  uint64_t dropped() const { return dropped_; }

 private:
  explicit SpanFile(Options options) : options_(std::move(options)) {}
  absl::Status OpenPath();
  void Run(const std::stop_token& stop);
  // Waits for spans; at the end none are left.
  std::vector<SpanData> Next(const std::stop_token& stop);
  void Write(const std::vector<SpanData>& spans);
  absl::Status WriteLine(const std::string& line);
  absl::Status Rotate();
  void Drop(size_t spans, const absl::Status& why);

  const Options options_;
  Descriptor file_;          // of the thread, as these
  uint64_t bytes_ = 0;       // in the file
  bool torn_ = false;        // its last line may lack its end
  bool complained_ = false;  // that nothing can be written
  std::atomic<uint64_t> dropped_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<SpanData> waiting_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace paceline
