// Messages as the bytes that gRPC sends. Those that carry θ share its bytes with the message,
// however many streams they go over.
#pragma once

#include <memory>

#include "coordinator/roster/outgoing.h"
#include "grpcpp/support/byte_buffer.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// The message lives until gRPC is done with the bytes.
grpc::ByteBuffer WireOf(const SharedMessage& message);
// Of a message of its own; `owner` keeps it.
grpc::ByteBuffer WireOf(const v1::Theta& theta, std::shared_ptr<const void> owner);

// False: the bytes are no such message.
bool FromWire(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);

}  // namespace paceline
