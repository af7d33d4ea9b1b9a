package io.github.gracefulshutdown.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts and drains an application in a process of its own whose class path really lacks
 * the optional libraries.
 */
class OptionalLibrariesTests {

	@ParameterizedTest
	@CsvSource(quoteCharacter = '"', value = { "nothing missing, ^$",
			"servlet only, grpc|protobuf|actuator|micrometer-core|spring-cloud|spring-boot-health",
			"WebFlux only, tomcat|webmvc|servlet|grpc|protobuf|actuator|micrometer-core|spring-cloud|spring-boot-health",
			"WebFlux with actuator, tomcat|webmvc|servlet|grpc|protobuf|spring-cloud",
			"gRPC only, tomcat|spring-web|servlet|actuator|micrometer-core|spring-cloud|spring-boot-health",
			"no actuator, actuator|spring-boot-health",
			"no Micrometer and so no actuator, micrometer-core|micrometer-jakarta|actuator|health",
			"no Spring Cloud, spring-cloud", "no WebSocket, websocket", "no Jetty, jetty",
			"none at all, grpc|protobuf|tomcat|jetty|spring-web|servlet|actuator|micrometer-core|spring-cloud|health" })
	void anApplicationStartsAndDrains(String name, String missing) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-classpath", classPathWithout(missing),
				Application.class.getName())
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		assertThat(output).as(name).contains("Graceful shutdown ended CLEAN").doesNotContain("NoClassDefFoundError");
		assertThat(process.exitValue()).as(output).isZero();
	}

	private static String classPathWithout(String missing) {
		Pattern pattern = Pattern.compile(missing);
		return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !pattern.matcher(new File(entry).getName()).find())
			.collect(Collectors.joining(File.pathSeparator));
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		public static void main(String[] args) {
			SpringApplication
				.run(Application.class, "--server.port=0", "--grpc.server.port=0", "--spring.main.banner-mode=off")
				.close();
		}

	}

}
