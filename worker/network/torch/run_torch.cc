#include "worker/network/torch/run_torch.h"

#include <ATen/Parallel.h>

#include <exception>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "common/base/status_error.h"

namespace paceline {
// A thread computes one block at a time, so Torch's own threads would only be in each other's way.
// Torch keeps part of the setting per thread.
void UseOneTorchThread() {
  static std::once_flag process;
  std::call_once(process, [] {
    if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
  });
  static std::mutex mutex;
  thread_local bool done = false;
  if (done) return;
  const std::lock_guard<std::mutex> lock(mutex);
  at::set_num_threads(1);
  done = true;
}

absl::Status RunTorch(const std::function<void()>& f) {
  try {
    UseOneTorchThread();
    f();
    return absl::OkStatus();
  } catch (const StatusError& error) {
    return error.status();
  } catch (const c10::Error& error) {
    return absl::InternalError(absl::StrCat("LibTorch: ", error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("LibTorch: ", error.what()));
  }
}

}  // namespace paceline
