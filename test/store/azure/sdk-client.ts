import {
	ContainerClient,
	StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { KEY } from "./scripted-azure.ts";

/** Azure's own client, which tries everything once, of a container of the account `account`. */
export function sdkContainer(
	serviceUrl: string,
	container: string,
): ContainerClient {
	return new ContainerClient(
		`${serviceUrl}/${container}`,
		new StorageSharedKeyCredential("account", KEY),
		{ retryOptions: { maxTries: 1 } },
	);
}
