import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Stack, Token } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { CfnTable, type ITable, Table } from "aws-cdk-lib/aws-dynamodb";
import { EventBus, type IEventBus } from "aws-cdk-lib/aws-events";
import { Bucket, CfnBucket, type IBucket } from "aws-cdk-lib/aws-s3";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { DarkroomSettings } from "./settings.js";

export type { DarkroomSettings };

/** A stage of Darkroom. Everything but `stage` and `artifact` has the default of `make deploy`. */
export interface DarkroomStageProps {
  /** The stage's name, part of every resource's name: 1 to 12 lower-case letters and digits, a letter first. */
  readonly stage: string;
  /** The folder of a release, or of `make package`: stage.json and its zip files. */
  readonly artifact: string;
  /** Settings of the application, as in docs/configuration.md. */
  readonly settings?: DarkroomSettings;
  /** Origins of other pages that may upload, such as https://www.example.com. */
  readonly allowedOrigins?: string[];
  /** Your own host name for page, images and API. */
  readonly domainName?: string;
  /** Its certificate, in ACM in us-east-1. */
  readonly certificateArn?: string;
  /** The address that gets the alarms, after confirming with AWS. */
  readonly alarmEmail?: string;
  /** Monthly budget in USD for everything tagged Project=darkroom; 0 for none. */
  readonly monthlyBudget?: number;
  /** Encrypt uploads, images, table and queues with a KMS key of yours (1 USD a month). */
  readonly useKmsKey?: boolean;
  /** An existing key for `useKmsKey`. */
  readonly existingKeyArn?: string;
  /** Keys that encrypted data before; functions may still decrypt with them. */
  readonly formerKeyArns?: string[];
  /** Create a firewall (about 9 USD a month); in us-east-1 only. */
  readonly useWaf?: boolean;
  /** Your own firewall for CloudFront, in us-east-1. */
  readonly webAclArn?: string;
  /** Where CloudFront serves from. */
  readonly priceClass?: "PriceClass_100" | "PriceClass_200" | "PriceClass_All";
  /** Your own bucket, in this region and with ACLs enabled, for access logs. */
  readonly accessLogBucket?: string;
  /** Days for which an overwritten or deleted original can be restored. */
  readonly oldVersionDays?: number;
  /** A target for every event of the stage's bus. */
  readonly eventTargetArn?: string;
  /** Requests a second to the API. */
  readonly requestsPerSecond?: number;
  /** Requests to the API at once. */
  readonly burst?: number;
  /** Days for which functions' logs are kept. */
  readonly logDays?: number;
  /** Executions reserved for the sweep; 0 in an account that cannot reserve any. */
  readonly sweepConcurrency?: number;
  /** Which keys sign the URLs of private images; to rotate: both, and then the other one. */
  readonly signingSlots?: "First" | "FirstAndSecond" | "Second";
  /** Allow AUTH_MODE none: anybody who knows the address may upload and delete. */
  readonly allowAnybody?: boolean;
}

interface Template {
  readonly Parameters: Record<string, { AllowedPattern?: string; AllowedValues?: string[]; Type: string }>;
}

type Value = string | number | boolean | string[];

const ARCHIVES = {
  CodeKey: "deployment.zip",
  LayerKey: "layer-deployment.zip",
  SetupKey: "setup.zip",
} as const;

/**
 * A complete stage: buckets, table, queues, functions, API, CDN, alarms and the page.
 *
 * Use one in a stack of its own, since names of resources are those of the stage. Removing it keeps
 * originals, renditions and records, as `make destroy` does.
 */
export class DarkroomStage extends Construct {
  /** The page's address. */
  readonly pageUrl: string;
  /** The API's address. */
  readonly apiUrl: string;
  /** The base address of renditions. */
  readonly imagesUrl: string;
  /** The target of your domain's alias or CNAME record. */
  readonly distributionDomain: string;
  readonly distributionId: string;
  /** Originals. */
  readonly uploadsBucket: IBucket;
  /** Renditions. */
  readonly imagesBucket: IBucket;
  /** Records of images. */
  readonly imagesTable: ITable;
  /** Events of images. */
  readonly eventBus: IEventBus;
  /** Alarms. */
  readonly alarmTopic: ITopic;
  /** The template's resources, for changes that no property makes. */
  readonly template: CfnInclude;

  constructor(scope: Construct, id: string, props: DarkroomStageProps) {
    super(scope, id);
    const templateFile = join(props.artifact, "stage.json");
    if (!existsSync(templateFile)) {
      throw new Error(`${templateFile} is missing: artifact is the folder of a release of Darkroom.`);
    }
    const { Parameters } = JSON.parse(readFileSync(templateFile, "utf8")) as Template;
    this.template = new CfnInclude(this, "Template", {
      templateFile,
      parameters: { ...checked(values(props), Parameters), ...this.archives(props.artifact) },
    });
    this.nameData(props.stage);
    this.pageUrl = this.output("PageUrl");
    this.apiUrl = this.output("ApiUrl");
    this.imagesUrl = this.output("ImagesUrl");
    this.distributionDomain = this.output("DistributionDomain");
    this.distributionId = this.output("DistributionId");
    this.uploadsBucket = Bucket.fromBucketName(this, "Uploads", this.output("UploadsBucket"));
    this.imagesBucket = Bucket.fromBucketName(this, "Images", this.output("ImagesBucket"));
    this.imagesTable = Table.fromTableName(this, "Records", this.output("ImagesTable"));
    this.eventBus = EventBus.fromEventBusName(this, "Events", this.output("EventBus"));
    this.alarmTopic = Topic.fromTopicArn(this, "Alarms", this.output("AlarmTopicArn"));
  }

  private output(name: string): string {
    return Token.asString(this.template.getOutput(name).value);
  }

  /** Uploads the zip files with the app's other assets; returns where they are. */
  private archives(folder: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [parameter, file] of Object.entries(ARCHIVES)) {
      const asset = new Asset(this, parameter, { path: join(folder, file) });
      found[parameter] = asset.s3ObjectKey;
      found.ArtifactBucket = asset.s3BucketName;
    }
    return found;
  }

  /** `cdk deploy --import-existing-resources` adopts kept data, but only by literal names. */
  private nameData(stage: string): void {
    const { account, region } = Stack.of(this);
    (this.template.getResource("ImagesTable") as CfnTable).tableName = `darkroom-${stage}-images`;
    if (Token.isUnresolved(account) || Token.isUnresolved(region)) return;
    for (const purpose of ["Uploads", "Images"]) {
      const bucket = this.template.getResource(`${purpose}Bucket`) as CfnBucket;
      bucket.bucketName = `darkroom-${stage}-${purpose.toLowerCase()}-${account}-${region}`;
    }
  }
}

/** MAX_UPLOAD_BYTES -> MaxUploadBytes */
function parameterOfSetting(name: string): string {
  return name
    .split("_")
    .map((word) => word[0] + word.slice(1).toLowerCase())
    .join("");
}

/** The template's parameters that `props` set. */
function values(props: DarkroomStageProps): Record<string, string | string[]> {
  const { artifact: _, settings = {}, ...others } = props;
  const given: [string, Value | undefined][] = [
    ...Object.entries(settings).map(([name, value]): [string, Value] => [parameterOfSetting(name), value]),
    ...Object.entries(others).map(([name, value]): [string, Value] => [name[0]!.toUpperCase() + name.slice(1), value]),
  ];
  const found: Record<string, string | string[]> = {};
  for (const [name, value] of given) {
    if (value !== undefined) found[name] = Array.isArray(value) ? value : String(value);
  }
  return found;
}

/** `given`; an Error names the first that the template does not allow. */
function checked<T extends Record<string, string | string[]>>(given: T, declared: Template["Parameters"]): T {
  for (const [name, value] of Object.entries(given)) {
    const parameter = declared[name];
    if (!parameter) throw new Error(`This artifact has no parameter ${name}.`);
    for (const text of [value].flat()) {
      // The template's conditions compare values, which they can only with literals.
      if (Token.isUnresolved(text)) throw new Error(`${name} must be known when the app is synthesized.`);
      const { AllowedPattern: pattern, AllowedValues: choices } = parameter;
      if ((pattern && !new RegExp(pattern).test(text)) || (choices && !choices.includes(text))) {
        throw new Error(`${name} may not be ${JSON.stringify(text)}: ${pattern ?? choices?.join(", ")}.`);
      }
    }
  }
  return given;
}
