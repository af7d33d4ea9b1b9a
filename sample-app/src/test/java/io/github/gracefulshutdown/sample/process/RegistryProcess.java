package io.github.gracefulshutdown.sample.process;

import java.net.URI;
import java.util.stream.Stream;

/** {@link RegistryServer} as a process, ready to be registered with. */
public final class RegistryProcess implements AutoCloseable {

	private final ChildProcess process;

	private final URI url;

	private RegistryProcess(ChildProcess process, URI url) {
		this.process = process;
		this.url = url;
	}

	public static RegistryProcess start(String name) {
		int port = FreePorts.next();
		ChildProcess process = ChildProcess.startJava(BuildDirectory.emptyDirectory(name).resolve("registry.log"),
				Stream.of("-classpath", System.getProperty("java.class.path"), RegistryServer.class.getName(),
						"--server.port=" + port));
		RegistryProcess registry = new RegistryProcess(process, URI.create("http://localhost:" + port + "/eureka/"));
		process.awaitOk(registry.url.resolve("apps"));
		return registry;
	}

	public URI url() {
		return this.url;
	}

	/** Has the registry accept connections and never answer. */
	public void freeze() {
		this.process.signal("STOP");
	}

	/** Kills the registry: no instance and no caller is told. */
	@Override
	public void close() {
		this.process.close();
	}

}
