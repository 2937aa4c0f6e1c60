// Jobs' series, ready to be plotted: a file beside each job's logs that follows the store.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/series/buckets.h"
#include "coordinator/series/series_file.h"
#include "coordinator/store/store.h"

namespace paceline {

struct SeriesJob {
  std::string name;
  int64_t born = 0;  // when it was submitted
  int64_t step = 0;  // outer steps done
  int tasks = 0;
};

struct SeriesQuestion {
  std::vector<size_t> metrics;
  int64_t first = 1, last = 0;
  int64_t points = 600;
};

struct SeriesAnswer {
  int64_t last_step = 0;     // that is told of
  int64_t bucket_steps = 1;  // outer steps of a bucket
  bool building = false;     // the rest is being read, and there later
  std::vector<Buckets> series;
};

// Thread-safe. Its own thread brings the files up to date, in its own time: a few rows of the store
// at once, and as long a rest behind them.
class SeriesKeeper {
 public:
  // `at_work`: the jobs that are followed without being asked for. The store outlives the keeper.
  SeriesKeeper(Store& store, std::string data_folder,
               std::function<std::vector<SeriesJob>()> at_work);
  ~SeriesKeeper();
  SeriesKeeper(const SeriesKeeper&) = delete;
  SeriesKeeper& operator=(const SeriesKeeper&) = delete;

  // Does not wait for the thread: of what its file lacks, it reads the newest itself if that is
  // quick. Errors of the store.
  absl::StatusOr<SeriesAnswer> Read(const SeriesJob& job, const SeriesQuestion& question);
  // Brings the file up to date, however long it takes, unless `stop`.
  absl::Status Extend(const SeriesJob& job, const std::stop_token& stop = {});

 private:
  SeriesFile::Job FileOf(const SeriesJob& job) const;
  // Rows of the job's file, which is looked through the first time. 0 if there can be none.
  int64_t RowsOf(const SeriesJob& job);
  // The file is not what it was.
  void LookAgain(const SeriesJob& job);
  // How many rows the file has then.
  absl::StatusOr<int64_t> Append(const SeriesJob& job, int64_t rows,
                                 const std::vector<std::vector<float>>& more);
  absl::Status ReadTail(const SeriesJob& job, int64_t after, int64_t last,
                        const std::function<void(const v1::OuterStepRecord&)>& take) const;
  void Run(const std::stop_token& stop);

  Store& store_;
  const std::string data_folder_;
  const std::function<std::vector<SeriesJob>()> at_work_;
  std::mutex files_mutex_;  // held while a file is opened or appended to
  std::map<std::pair<std::string, int64_t>, int64_t> rows_;  // guarded by files_mutex_
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<std::string, SeriesJob> wanted_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace paceline
