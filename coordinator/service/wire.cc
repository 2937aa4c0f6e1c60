#include "coordinator/service/wire.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>
#include <string>
#include <utility>

#include "grpcpp/support/proto_buffer_reader.h"
#include "grpcpp/support/slice.h"

namespace paceline {
namespace {

using google::protobuf::internal::WireFormatLite;

// Of smaller ones a copy costs less than their keeping.
constexpr size_t kSharedBytes = 16 << 10;

grpc::Slice Borrow(const std::string& bytes, std::shared_ptr<const void> owner) {
  using Keep = std::shared_ptr<const void>;
  return {const_cast<char*>(bytes.data()), bytes.size(),
          [](void* keep) { delete static_cast<Keep*>(keep); }, new Keep(std::move(owner))};
}

// Tag and length of a field of bytes or of a message.
std::string FieldHead(int field, size_t bytes) {
  std::string head;
  google::protobuf::io::StringOutputStream stream(&head);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.WriteTag(WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  coded.WriteVarint64(bytes);
  coded.Trim();
  return head;
}

v1::Theta WithoutValues(const v1::Theta& theta) {
  v1::Theta head;
  head.set_job(theta.job());
  head.set_step(theta.step());
  head.set_hash(theta.hash());
  return head;
}

v1::EvaluationTheta WithoutValues(const v1::EvaluationTheta& theta) {
  v1::EvaluationTheta head;
  head.set_evaluation(theta.evaluation());
  head.set_digest(theta.digest());
  return head;
}

// All of the message but the bytes of its values, which end it.
template <typename Theta>
std::string HeadOf(const Theta& theta) {
  return WithoutValues(theta).SerializeAsString() +
         FieldHead(Theta::kValuesFieldNumber, theta.values().size());
}

grpc::ByteBuffer Join(const std::string& head, const std::string& values,
                      std::shared_ptr<const void> owner) {
  const std::array<grpc::Slice, 2> slices = {grpc::Slice(head), Borrow(values, std::move(owner))};
  return {slices.data(), slices.size()};
}

// As a field of a CoordinatorMessage.
template <typename Theta>
grpc::ByteBuffer Within(int field, const Theta& theta, const SharedMessage& owner) {
  const std::string head = HeadOf(theta);
  return Join(FieldHead(field, head.size() + theta.values().size()) + head, theta.values(), owner);
}

grpc::ByteBuffer Copy(const google::protobuf::Message& message) {
  const std::string bytes = message.SerializeAsString();
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

}  // namespace

grpc::ByteBuffer WireOf(const SharedMessage& message) {
  if (message->theta().values().size() >= kSharedBytes) {
    return Within(v1::CoordinatorMessage::kThetaFieldNumber, message->theta(), message);
  }
  if (message->evaluation_theta().values().size() >= kSharedBytes) {
    return Within(v1::CoordinatorMessage::kEvaluationThetaFieldNumber, message->evaluation_theta(),
                  message);
  }
  return Copy(*message);
}

grpc::ByteBuffer WireOf(const v1::Theta& theta, std::shared_ptr<const void> owner) {
  if (theta.values().size() < kSharedBytes) return Copy(theta);
  return Join(HeadOf(theta), theta.values(), std::move(owner));
}

bool FromWire(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::ByteBuffer read = bytes;
  grpc::ProtoBufferReader reader(&read);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

}  // namespace paceline
