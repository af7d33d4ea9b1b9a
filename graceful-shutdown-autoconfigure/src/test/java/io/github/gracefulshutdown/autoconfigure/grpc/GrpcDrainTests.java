package io.github.gracefulshutdown.autoconfigure.grpc;

/** Tests for the drain of gRPC calls. */
class GrpcDrainTests extends GrpcDrainContract {

	GrpcDrainTests() {
		super(GrpcApplication.start());
	}

}
