package io.github.gracefulshutdown.sample.process;

/**
 * Where an instance of the sample is.
 *
 * @param host the host
 * @param httpPort the port for HTTP
 * @param grpcPort the port for gRPC
 */
public record Instance(String host, int httpPort, int grpcPort) {
}
