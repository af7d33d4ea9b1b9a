package io.github.gracefulshutdown.sample.load;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.gracefulshutdown.sample.process.Instance;
import org.awaitility.Awaitility;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.MediaType;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** Tells callers which instances the registry lists as up, when they look. */
public final class RegistryFollower implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RegistryFollower.class);

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	private final RestClient registry;

	private final Callers callers;

	public RegistryFollower(URI registry, Callers callers) {
		this.registry = RestClient.create(registry.toString());
		this.callers = callers;
	}

	/** Has the callers look now, and again and again until this is closed. */
	@SuppressWarnings("FutureReturnValueIgnored") // the close ends it
	public RegistryFollower lookEvery(Duration interval) {
		this.scheduler.scheduleAtFixedRate(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
		return this;
	}

	/** Has the callers look now. */
	public synchronized void look() {
		try {
			this.callers.follow(instances());
		}
		catch (RestClientException ex) {
			// The registry does not answer: what it said last still holds.
		}
		catch (RuntimeException ex) { // would end the looking without a word
			logger.error("Cannot read the answer of the registry", ex);
		}
	}

	/**
	 * Has the callers look until they know of the instance. A client of Eureka whose
	 * registration fails tries again after 30 s.
	 */
	public void awaitInstance(Instance instance) {
		Awaitility.await("callers know " + instance).atMost(Duration.ofSeconds(60)).until(() -> {
			look();
			return this.callers.know(instance);
		});
	}

	private List<Instance> instances() {
		try {
			Answer answer = this.registry.get()
				.uri("apps/SAMPLE-APP")
				.accept(MediaType.APPLICATION_JSON)
				.retrieve()
				.requiredBody(Answer.class);
			return answer.application().instance().stream().filter(Registered::isUp).map(Registered::instance).toList();
		}
		catch (HttpClientErrorException.NotFound ex) {
			return List.of();
		}
	}

	@Override
	public void close() {
		this.scheduler.shutdownNow();
	}

	private record Answer(Application application) {
	}

	private record Application(List<Registered> instance) {
	}

	private record Registered(String hostName, String status, Port port, Map<String, String> metadata) {

		boolean isUp() {
			return "UP".equals(this.status);
		}

		Instance instance() {
			return new Instance(this.hostName, this.port.number(), Integer.parseInt(this.metadata.get("gRPC_port")));
		}

	}

	private record Port(@JsonProperty("$") int number) {
	}

}
