#include "coordinator/cli/client/job_watcher.h"

#include <algorithm>
#include <utility>

#include "common/rpc/status.h"
#include "coordinator/cli/view/text.h"
#include "grpcpp/channel.h"
#include "paceline/v1/job.grpc.pb.h"

namespace paceline {

JobWatcher::JobWatcher(std::shared_ptr<grpc::Channel> channel, const std::string& coordinator,
                       const std::string& job, int64_t after_step, std::chrono::seconds patience,
                       const Clock& clock)
    : Watcher(
          {coordinator, patience, clock},
          [channel = std::move(channel), coordinator, job, seen = after_step](
              grpc::ClientContext& context, const Take& take) mutable {
            v1::WatchRequest request;
            request.set_job(job);
            request.set_after_step(seen);
            const auto reader = v1::JobService::NewStub(channel)->Watch(&context, request);
            for (v1::Progress progress; reader->Read(&progress);) {
              if (progress.has_record()) seen = std::max(seen, progress.record().step());
              take(progress);
            }
            return FromCall(reader->Finish(), coordinator);
          },
          [](const v1::Progress& progress) { return HasEnded(progress.summary().state()); }) {}

}  // namespace paceline
