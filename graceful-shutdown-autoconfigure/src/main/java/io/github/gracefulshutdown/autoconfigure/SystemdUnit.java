package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The service of systemd that this process is, or is the first child of. What merely runs
 * somewhere below a service, as a build below its agent does, is none.
 */
final class SystemdUnit {

	private static final Pattern TIME_PART = Pattern.compile("(\\d+)(us|ms|s|min|h|d|w)");

	private static final Map<String, Long> MICROS = Map.of("us", 1L, "ms", 1_000L, "s", 1_000_000L, "min", 60_000_000L,
			"h", 3_600_000_000L, "d", 86_400_000_000L, "w", 604_800_000_000L);

	private final Path proc;

	private final Commands commands;

	/**
	 * Creates the unit of this process.
	 * @param proc where the processes are told of
	 * @param commands runs {@code systemctl}
	 */
	SystemdUnit(Path proc, Commands commands) {
		this.proc = proc;
		this.commands = commands;
	}

	/**
	 * Returns how the service is stopped, or {@code null} if this process is none or
	 * {@code systemctl} does not tell.
	 */
	@Nullable Stop stop() {
		String unit = null;
		try {
			unit = unit();
			return (unit != null) ? stop(unit) : null;
		}
		catch (IOException | IndexOutOfBoundsException ex) { // not Linux, or not allowed
			return null;
		}
	}

	private @Nullable Stop stop(String unit) throws IOException {
		List<String> command = new ArrayList<>(List.of("systemctl"));
		if (isOfUser()) {
			command.add("--user");
		}
		command.addAll(List.of("show", "--property=MainPID", "--property=TimeoutStopUSec", "--", unit));
		String shown = this.commands.run(command);
		if (shown == null) {
			return null;
		}
		String main = value(shown, "MainPID");
		OwnProcess process = OwnProcess.in(this.proc);
		if (!process.id().equals(main) && !process.parent().equals(main)) {
			return null;
		}
		String timeout = value(shown, "TimeoutStopUSec");
		return new Stop(unit, (timeout != null) ? duration(timeout) : null);
	}

	/** Returns the name of the unit whose processes are this one and its siblings. */
	private @Nullable String unit() throws IOException {
		String path = cgroup();
		String last = path.substring(path.lastIndexOf('/') + 1);
		return last.endsWith(".service") ? last : null;
	}

	private boolean isOfUser() throws IOException {
		return cgroup().contains("/user@");
	}

	/** Returns the path in the hierarchy of systemd, of version 1 or 2. */
	private String cgroup() throws IOException {
		return Files.readAllLines(this.proc.resolve("self/cgroup"))
			.stream()
			.filter((line) -> line.startsWith("0::") || line.contains(":name=systemd:"))
			.map((line) -> line.substring(line.indexOf(':', line.indexOf(':') + 1) + 1))
			.filter((path) -> path.endsWith(".service"))
			.findFirst()
			.orElse("");
	}

	private static @Nullable String value(String shown, String property) {
		return shown.lines()
			.filter((line) -> line.startsWith(property + "="))
			.map((line) -> line.substring(property.length() + 1).trim())
			.findFirst()
			.orElse(null);
	}

	/** Returns the duration, or {@code null} if it has no end. */
	private static @Nullable Duration duration(String text) {
		long micros = 0;
		for (String part : text.split(" ", -1)) {
			Matcher matcher = TIME_PART.matcher(part);
			Long unit = matcher.matches() ? MICROS.get(matcher.group(2)) : null;
			if (unit == null || matcher.group(1).length() > 9) {
				return null;
			}
			micros += Long.parseLong(matcher.group(1)) * unit;
		}
		return Duration.ofNanos(micros * 1_000);
	}

	/**
	 * How a service is stopped.
	 *
	 * @param unit the name of its unit
	 * @param timeout the time until it is killed, or {@code null} if it never is
	 */
	record Stop(String unit, @Nullable Duration timeout) {
	}

}
