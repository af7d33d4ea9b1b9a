package io.github.gracefulshutdown.sample.load;

import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.process.Instance;
import io.github.gracefulshutdown.sample.proto.WorkServiceGrpc;
import io.github.gracefulshutdown.sample.proto.WorkServiceGrpc.WorkServiceStub;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application that calls the sample over one gRPC channel, which takes its instances
 * in turn and never learns of others.
 */
public final class BalancedGrpcCaller implements Caller, AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final WorkServiceStub stub;

	private BalancedGrpcCaller(ConfigurableApplicationContext context) {
		this.context = context;
		this.stub = WorkServiceGrpc.newStub(context.getBean(GrpcChannelFactory.class).createChannel("sample-app"));
	}

	/** Starts an application that knows some instances. */
	public static BalancedGrpcCaller start(Instance... instances) {
		String addresses = Stream.of(instances)
			.map((instance) -> instance.host() + ":" + instance.grpcPort())
			.collect(Collectors.joining(","));
		return new BalancedGrpcCaller(new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.registerShutdownHook(false)
			.properties("spring.config.name=caller", "eureka.client.enabled=false",
					"grpc.client.sample-app.address=static://" + addresses,
					"grpc.client.sample-app.negotiation-type=plaintext")
			.run());
	}

	/**
	 * {@return what a meter of the caller side has counted}
	 * @param meter the end of its name
	 */
	public long counted(String meter) {
		return CallerMeters.counted(this.context, meter);
	}

	@Override
	public Outcome send(Call call) throws InterruptedException {
		return GrpcCaller.outcome(call, GrpcCaller.start(this.stub, call));
	}

	@Override
	public void close() {
		this.context.close();
	}

	@EnableAutoConfiguration
	static class Application {

	}

}
