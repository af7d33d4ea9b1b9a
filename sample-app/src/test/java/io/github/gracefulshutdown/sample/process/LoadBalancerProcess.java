package io.github.gracefulshutdown.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/** A load balancer of Debian as a process, in front of two instances. */
public final class LoadBalancerProcess implements AutoCloseable {

	private static final List<Path> PROGRAMS = List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"),
			Path.of("/usr/local/sbin"), Path.of("/usr/local/bin"));

	private final ChildProcess process;

	private final Instance front;

	private final URI status;

	private LoadBalancerProcess(ChildProcess process, Instance front, URI status) {
		this.process = process;
		this.front = front;
		this.status = status;
	}

	/** Returns whether the program is installed here. */
	public static boolean isInstalled(String program) {
		return find(program).findAny().isPresent();
	}

	private static Stream<Path> find(String program) {
		return PROGRAMS.stream().map((directory) -> directory.resolve(program)).filter(Files::isExecutable);
	}

	/**
	 * Starts HAProxy, which checks the health every second and sends nothing twice.
	 * @param name the name of the process, unique in a run
	 * @param one an instance
	 * @param two the other instance
	 * @return the load balancer, which takes both instances to be well
	 */
	public static LoadBalancerProcess haproxy(String name, Instance one, Instance two) {
		int statusPort = FreePorts.next();
		Instance front = newFront();
		String configuration = """
				defaults
				  mode http
				  timeout connect 2s
				  timeout check 5s
				  timeout client 5m
				  timeout server 30s
				  retries 0

				frontend front
				  bind 127.0.0.1:%d
				  default_backend instances

				frontend status
				  bind 127.0.0.1:%d
				  stats enable
				  stats uri /status

				backend instances
				  option httpchk GET /actuator/health
				  default-server check inter 1s
				  server one 127.0.0.1:%d
				  server two 127.0.0.1:%d
				""".formatted(front.httpPort(), statusPort, one.httpPort(), two.httpPort());
		return start(name, "haproxy", configuration, front,
				URI.create("http://127.0.0.1:" + statusPort + "/status;csv"), "-db", "-f");
	}

	/**
	 * Starts nginx, which checks nothing and goes by the requests that fail.
	 * @param name the name of the process, unique in a run
	 * @param nextUpstream when a request is sent to the other instance as well
	 * @param one an instance
	 * @param two the other instance
	 * @return the load balancer
	 */
	public static LoadBalancerProcess nginx(String name, String nextUpstream, Instance one, Instance two) {
		Instance front = newFront();
		String configuration = """
				daemon off;
				master_process off;
				pid nginx.pid;
				error_log stderr warn;

				events {
				  worker_connections 4096;
				}

				http {
				  access_log off;
				  client_body_temp_path body;
				  proxy_temp_path proxy;
				  fastcgi_temp_path fastcgi;
				  uwsgi_temp_path uwsgi;
				  scgi_temp_path scgi;

				  upstream instances {
				    server 127.0.0.1:%d;
				    server 127.0.0.1:%d;
				    keepalive 16;
				  }

				  server {
				    listen 127.0.0.1:%d;
				    location / {
				      proxy_pass http://instances;
				      proxy_http_version 1.1;
				      proxy_set_header Connection "";
				      proxy_next_upstream %s;
				    }
				    location = /status {
				      return 200;
				    }
				  }
				}
				""".formatted(one.httpPort(), two.httpPort(), front.httpPort(), nextUpstream);
		Path directory = BuildDirectory.emptyDirectory(name);
		return start(name, "nginx", configuration, front,
				URI.create("http://127.0.0.1:" + front.httpPort() + "/status"), "-p", directory.toString(), "-c");
	}

	private static Instance newFront() {
		return new Instance("127.0.0.1", FreePorts.next(), 0);
	}

	private static LoadBalancerProcess start(String name, String program, String configuration, Instance front,
			URI status, String... arguments) {
		Path directory = BuildDirectory.emptyDirectory(name);
		Path file = directory.resolve("configuration");
		try {
			Files.createDirectories(directory);
			Files.writeString(file, configuration);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		List<String> command = Stream
			.of(find(program).limit(1).map(Path::toString), Stream.of(arguments), Stream.of(file.toString()))
			.flatMap((part) -> part)
			.toList();
		ChildProcess process = ChildProcess.start(directory.resolve("log"), command);
		process.awaitOk(status);
		return new LoadBalancerProcess(process, front, status);
	}

	/** Returns where callers find the instances. */
	public Instance front() {
		return this.front;
	}

	/**
	 * Waits until HAProxy has found all instances well.
	 */
	public void awaitAllUp() {
		Awaitility.await("all instances up")
			.atMost(Duration.ofSeconds(30))
			.until(() -> Stream.of("one", "two").allMatch(this::isUp));
	}

	private boolean isUp(String server) {
		return this.process.send(HttpRequest.newBuilder(this.status).build())
			.body()
			.lines()
			.anyMatch((line) -> line.startsWith("instances," + server + ",") && line.contains(",UP,"));
	}

	@Override
	public void close() {
		this.process.close();
	}

}
