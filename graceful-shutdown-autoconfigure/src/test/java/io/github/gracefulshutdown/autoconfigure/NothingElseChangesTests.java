package io.github.gracefulshutdown.autoconfigure;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

import io.github.gracefulshutdown.autoconfigure.application.ServingApplication;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares an application that serves with the same one without the jar of the starter on
 * its class path.
 */
class NothingElseChangesTests {

	/** What differs on purpose, each with its reason. */
	private static final Map<String, String> DIFFERENCES = Map.of("definition meterRegistryCloser",
			"It closes the meter registries before the servers have stopped, and what is measured until then is lost.",
			"type meterRegistryCloser", "As its definition.", "type httpHandler",
			"Tells of the end of a request on a servlet container, through Spring Boot's way to decorate it.",
			"type webFluxWebSocketHandlerAdapter", "Counts sessions from their handshake to their end.",
			"type applicationAvailability", "Holds the readiness once the instance leaves; says the same until then.");

	@ParameterizedTest
	@ValueSource(strings = { "SERVLET", "REACTIVE", "NONE" })
	void whileItServesAnApplicationIsWhatItIsWithoutTheStarter(String type) throws Exception {
		Map<String, Map<String, String>> with = ServingApplication.facts(type);
		Map<String, Map<String, String>> without = factsWithoutStarter(type);
		assertThat(differences(with, without)).isEmpty();
	}

	private static Map<String, String> differences(Map<String, Map<String, String>> with,
			Map<String, Map<String, String>> without) {
		Map<String, String> differences = new TreeMap<>();
		with.keySet().forEach((topic) -> {
			Map<String, String> added = Objects.requireNonNull(with.get(topic));
			Map<String, String> plain = Objects.requireNonNull(without.get(topic));
			TreeSet<String> names = new TreeSet<>(added.keySet());
			names.addAll(plain.keySet());
			for (String name : names) {
				String difference = topic + " " + name;
				if (!Objects.equals(added.get(name), plain.get(name)) && !isOurs(name)
						&& !DIFFERENCES.containsKey(difference)) {
					differences.put(difference,
							"%s, without the starter %s".formatted(added.get(name), plain.get(name)));
				}
			}
		});
		return differences;
	}

	/** By name: of our beans, our configurations, and our properties. */
	private static boolean isOurs(String name) {
		return name.startsWith(GracefulShutdownAutoConfiguration.BEAN_NAME_PREFIX)
				|| name.startsWith("io.github.gracefulshutdown.") || name.startsWith("graceful.shutdown-io.github.");
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Map<String, String>> factsWithoutStarter(String type) throws Exception {
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		try (URLClassLoader classLoader = new URLClassLoader(classPathWithoutStarter(),
				ClassLoader.getPlatformClassLoader())) {
			Thread.currentThread().setContextClassLoader(classLoader);
			return (Map<String, Map<String, String>>) classLoader.loadClass(ServingApplication.class.getName())
				.getMethod("facts", String.class)
				.invoke(null, type);
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	private static URL[] classPathWithoutStarter() throws MalformedURLException {
		Path starter = Path
			.of(GracefulShutdownAutoConfiguration.class.getProtectionDomain().getCodeSource().getLocation().getPath());
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		List<URL> urls = new ArrayList<>();
		for (String entry : StringUtils.delimitedListToStringArray(classPath, File.pathSeparator)) {
			Path path = Path.of(entry).toAbsolutePath().normalize();
			if (!path.equals(starter)) {
				urls.add(path.toUri().toURL());
			}
		}
		return urls.toArray(URL[]::new);
	}

}
