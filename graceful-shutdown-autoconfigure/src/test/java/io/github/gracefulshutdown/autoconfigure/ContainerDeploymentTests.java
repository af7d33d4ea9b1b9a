package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for applications that were deployed to a container, two to each. */
class ContainerDeploymentTests {

	// Far below the minimum of the lame duck, and far from what an undeploy takes.
	private static final Duration LIMIT = Duration.ofSeconds(9);

	private static final CopyOnWriteArrayList<String> withdrawn = new CopyOnWriteArrayList<>();

	private final Tomcat tomcat = new Tomcat();

	private final HttpClient client = HttpClient.newHttpClient();

	@TempDir
	private @Nullable Path directory;

	private @Nullable Context leaving;

	@BeforeEach
	void deploy() throws LifecycleException {
		withdrawn.clear();
		this.tomcat.setBaseDir(Objects.requireNonNull(this.directory).toString());
		this.tomcat.setPort(0);
		this.tomcat.getConnector();
		this.leaving = deploy("/leaving");
		deploy("/staying");
		this.tomcat.start();
	}

	private Context deploy(String path) {
		Context context = this.tomcat.addContext(path, Objects.requireNonNull(this.directory).toString());
		context.addServletContainerInitializer((classes, servletContext) -> new Initializer().onStartup(servletContext),
				null);
		return context;
	}

	@AfterEach
	void end() throws LifecycleException {
		this.tomcat.stop();
		this.tomcat.destroy();
	}

	@Test
	void anUndeployHasNoLameDuckAndLeavesTheRegistry() throws Exception {
		assertThat(get("/leaving/hello").body()).isEqualTo("hello");
		assertThat(undeploy()).isLessThan(LIMIT);
		assertThat(withdrawn).containsExactly("/leaving");
		assertThat(get("/leaving/hello").statusCode()).isEqualTo(404);
		assertThat(get("/staying/hello").body()).isEqualTo("hello");
	}

	@Test
	void aDrainThatIsRequestedHasALameDuckUntilTheUndeploy() throws Exception {
		ShutdownSequence sequence = context().getBean(ShutdownSequence.class);
		CompletableFuture<Outcome> drained = sequence.drain();
		HttpResponse<String> served = get("/leaving/hello");
		assertThat(served.body()).isEqualTo("hello");
		assertThat(served.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(sequence.stage()).isEqualTo(Stage.LAME_DUCK);
		assertThat(get("/staying/hello").headers().firstValue("Graceful-Shutdown")).isEmpty();
		assertThat(undeploy()).isLessThan(LIMIT);
		assertThat(drained.join()).isEqualTo(Outcome.CLEAN);
	}

	private Duration undeploy() {
		long begin = System.nanoTime();
		this.tomcat.getHost().removeChild(Objects.requireNonNull(this.leaving));
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	private ConfigurableApplicationContext context() {
		WebApplicationContext context = WebApplicationContextUtils
			.getRequiredWebApplicationContext(Objects.requireNonNull(this.leaving).getServletContext());
		return (ConfigurableApplicationContext) context;
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:" + this.tomcat.getConnector().getLocalPort() + path);
		return this.client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
	}

	static final class Initializer extends SpringBootServletInitializer {

		@Override
		protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
			return builder.sources(Application.class)
				.properties("grpc.server.port=-1", "spring.jmx.enabled=false", "graceful.shutdown.timeout=60s",
						"graceful.shutdown.lame-duck.minimum=20s", "graceful.shutdown.lame-duck.maximum=20s");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Controller.class)
	static class Application {

		@Bean
		AnnouncementSource registration(WebApplicationContext context) {
			return () -> List
				.of(new Registration(Objects.requireNonNull(context.getServletContext()).getContextPath()));
		}

	}

	private record Registration(String name) implements Announcement {

		@Override
		public boolean isFollowedByCallers() {
			return true;
		}

		@Override
		public void withdraw() {
			withdrawn.add(this.name);
		}

		@Override
		public void restore() {
		}

	}

	@RestController
	static class Controller {

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

	}

}
