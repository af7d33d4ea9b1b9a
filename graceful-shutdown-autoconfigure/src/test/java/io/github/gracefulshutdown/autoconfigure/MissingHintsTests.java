package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what becomes of an application that finds none of the methods that are looked up
 * by name, as in a native image that was built without hints.
 */
@ExtendWith(OutputCaptureExtension.class)
class MissingHintsTests {

	@Test
	void anApplicationOnTomcatStartsServesAndStops(CapturedOutput output) throws IOException, InterruptedException {
		SpringApplication application = new SpringApplication(new DefaultResourceLoader(new WithoutHints()),
				EmptyApplication.class);
		application.setRegisterShutdownHook(false);
		application.setDefaultProperties(
				Map.of("server.port", "0", "grpc.server.port", "-1", "graceful.shutdown.lame-duck.maximum", "0"));
		ConfigurableApplicationContext context = application.run();
		try (context) {
			assertThat(get(context.getEnvironment().getRequiredProperty("local.server.port")).statusCode())
				.isEqualTo(404);
		}
		assertThat(output).containsOnlyOnce("The connections of Tomcat cannot be seen")
			.contains("Graceful shutdown ended CLEAN");
	}

	private static HttpResponse<Void> get(String port) throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:" + port + "/");
		return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
	}

	@ParameterizedTest
	@ValueSource(strings = { "caller.MarkerHeaders", "reactive.MarkerHeader", "tomcat.TomcatConnection",
			"tomcat.TomcatRequestIntake", "websocket.ReactiveSession", "websocket.CountedUpgradeHandler",
			"websocket.CountedJettyConnection", "TrackedThreads" })
	void classesInitialize(String name) throws ClassNotFoundException {
		WithoutHints classLoader = new WithoutHints();
		Class<?> initialized = Class.forName("io.github.gracefulshutdown.autoconfigure." + name, true, classLoader);
		assertThat(initialized.getClassLoader()).isSameAs(classLoader);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class EmptyApplication {

	}

	/** Loads our classes with other names for what they look up. */
	private static final class WithoutHints extends ClassLoader {

		private static final String OURS = "io.github.gracefulshutdown.";

		WithoutHints() {
			super(MissingHintsTests.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(OURS) || name.contains("Test")) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : findClass(name);
			}
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			try (InputStream resource = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
				if (resource == null) {
					throw new ClassNotFoundException(name);
				}
				byte[] bytes = withoutNames(Objects.requireNonNull(resource.readAllBytes()));
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

		/** Replaces constants by others of the same length. */
		private static byte[] withoutNames(byte[] bytes) {
			String constants = new String(bytes, StandardCharsets.ISO_8859_1);
			for (String name : new String[] { "getEndpoint", "getLock", "getDelegate", "activeThreads" }) {
				constants = constants.replace(constant(name), constant("_".repeat(name.length())));
			}
			return constants.getBytes(StandardCharsets.ISO_8859_1);
		}

		/** How a class file has a text: after its length in two bytes. */
		private static String constant(String text) {
			return "\u0001\0" + (char) text.length() + text;
		}

	}

}
