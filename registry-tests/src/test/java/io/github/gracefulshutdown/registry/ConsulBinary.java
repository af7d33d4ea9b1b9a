package io.github.gracefulshutdown.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

/**
 * Consul as Debian packaged it last, in bullseye. Fetched once with the tools of Debian
 * from the mirror that the machine uses, and kept in the build directory. Nothing is
 * installed.
 */
final class ConsulBinary {

	private static final String PACKAGE = "pool/main/c/consul/consul_1.8.7%2bdfsg1-2%2bb3_amd64.deb";

	private static final String SHA256 = "e4e888bba104daba1d9161f49bfc52649a7e4efd45b1a7ead5bc54f2cb9c89d9";

	private static final Pattern MIRROR = Pattern.compile("https?://\\S+/debian/?(?=\\s|$)", Pattern.MULTILINE);

	private ConsulBinary() {
	}

	/** Returns the program, or skips the tests with the reason why it cannot be had. */
	static Path find() {
		Path directory = ServerProcess.directory("consul");
		Path program = directory.resolve("usr/bin/consul");
		if (!Files.isExecutable(program)) {
			try {
				fetch(Files.createDirectories(directory));
			}
			catch (Exception ex) {
				Assumptions
					.abort("Skipped, because Consul 1.8.7 cannot be had from Debian bullseye: " + ex.getMessage());
			}
		}
		return program;
	}

	private static void fetch(Path directory) throws IOException, InterruptedException {
		if (!System.getProperty("os.arch").equals("amd64")) {
			throw new IOException("its package is for amd64 and this is " + System.getProperty("os.arch"));
		}
		Path packageFile = directory.resolve("consul.deb");
		run("/usr/lib/apt/apt-helper", "download-file", mirror() + PACKAGE, packageFile.toString(), "SHA256:" + SHA256);
		run("dpkg-deb", "--extract", packageFile.toString(), directory.toString());
	}

	private static String mirror() throws IOException {
		try (Stream<Path> sources = Files.walk(Path.of("/etc/apt"))) {
			for (Path source : sources.filter(ConsulBinary::isSourceList).toList()) {
				Matcher mirror = MIRROR.matcher(Files.readString(source));
				if (mirror.find()) {
					return mirror.group().endsWith("/") ? mirror.group() : mirror.group() + "/";
				}
			}
		}
		throw new IOException("no mirror of Debian found in /etc/apt");
	}

	private static boolean isSourceList(Path file) {
		return file.toString().endsWith(".list") || file.toString().endsWith(".sources");
	}

	private static void run(String... command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
			throw new IOException(List.of(command) + " failed: " + output);
		}
	}

}
